/** Who runs a command: the name that goes into locks and histories. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { CiRun } from '../../store/operator-lease.ts';

export interface Operator {
  /** `user@host`, or who started the CI run. */
  readonly who: string;
  readonly host: string;
  readonly ci: CiRun | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/** How the CI systems say which run a process belongs to. */
const SYSTEMS: readonly {
  readonly system: string;
  readonly sign: string;
  readonly run: string;
  readonly by?: string;
  readonly url: (env: Env) => string | undefined;
}[] = [
  {
    system: 'GitHub Actions',
    sign: 'GITHUB_ACTIONS',
    run: 'GITHUB_RUN_ID',
    by: 'GITHUB_ACTOR',
    url: (env) => `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`,
  },
  {
    system: 'GitLab CI',
    sign: 'GITLAB_CI',
    run: 'CI_JOB_ID',
    by: 'GITLAB_USER_LOGIN',
    url: (env) => env.CI_JOB_URL,
  },
  {
    system: 'Buildkite',
    sign: 'BUILDKITE',
    run: 'BUILDKITE_BUILD_NUMBER',
    by: 'BUILDKITE_BUILD_CREATOR',
    url: (env) => env.BUILDKITE_BUILD_URL,
  },
  { system: 'Jenkins', sign: 'JENKINS_URL', run: 'BUILD_NUMBER', url: (env) => env.BUILD_URL },
];

/** Says who runs this process, from its environment. */
export function describeOperator(env: Env): Operator {
  const host = hostname();
  const own = `${userInfo().username}@${host}`;
  const known = SYSTEMS.find(({ sign, run }) => env[sign] && env[run]);
  if (known === undefined) {
    const ci = env.CI ? { system: 'CI', run: '', url: null } : null;
    return { who: own, host, ci };
  }
  const by = known.by === undefined ? undefined : env[known.by];
  const ci = { system: known.system, run: env[known.run]!, url: known.url(env) ?? null };
  return { who: by || own, host, ci };
}

/** In words: `ada (GitHub Actions 4711)`. */
export function wordOperator({ who, ci }: Pick<Operator, 'who' | 'ci'>): string {
  return ci === null ? who : `${who} (${[ci.system, ci.run].filter(Boolean).join(' ')})`;
}

/** The same for all processes that see one another by pid: this boot of this machine, this container. */
export async function describePlace(): Promise<string> {
  const [boot, space] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return `${boot.trim()} ${space}`;
}
