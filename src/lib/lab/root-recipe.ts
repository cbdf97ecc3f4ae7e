/** What is in the root file system that all machines share, and how it is made. Pure. */
import { createHash } from 'node:crypto';
import { REMOTE_PACKAGES, SYSTEM_PACKAGES } from '../provision/packages.ts';
import { LAB_USER } from './inventory.ts';

export interface RootRecipe {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Shell commands inside the new root, after the packages. */
  readonly commands: readonly string[];
}

/** Debian 12 with what a real server has, and the packages of a cluster, as the machines have no way out. */
export const ROOT_RECIPE: RootRecipe = {
  suite: 'bookworm',
  packages: [
    ...['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo'],
    ...['iputils-ping', 'ca-certificates'],
    ...[...SYSTEM_PACKAGES, ...REMOTE_PACKAGES].map(({ name }) => name),
  ],
  commands: [
    // A package's own service would hold the ports that a cluster wants.
    'systemctl disable nginx redis-server',
    `useradd --create-home --shell /bin/bash ${LAB_USER}`,
    `echo '${LAB_USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/lab && chmod 440 /etc/sudoers.d/lab`,
    // Each machine gets its own.
    'rm -f /etc/ssh/ssh_host_*',
  ],
};

/** Names a root by what is in it: another recipe is another root. */
export function digestRecipe(recipe: RootRecipe, architecture: string): string {
  const { suite, packages, commands } = recipe;
  const text = JSON.stringify([suite, packages.toSorted(), commands, BUILD_OPTIONS, architecture]);
  return `${suite}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** Leaves out what no machine reads, and writes without waiting for the disk: what breaks is built again. */
const BUILD_OPTIONS = [
  '--mode=root',
  '--variant=minbase',
  '--format=directory',
  '--skip=check/empty',
  '--dpkgopt=force-unsafe-io',
  ...['doc', 'man', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  '--aptopt=Acquire::Languages { "none"; }',
];

/** Builds the arguments of mmdebstrap. `sources` are lines of sources.list; with none it takes Debian's own mirror. */
export function mmdebstrapArguments(
  recipe: RootRecipe,
  target: string,
  sources: readonly string[],
): string[] {
  return [
    ...BUILD_OPTIONS,
    `--include=${recipe.packages.join(',')}`,
    ...recipe.commands.map((command) => `--customize-hook=chroot "$1" sh -ec ${quote(command)}`),
    recipe.suite,
    target,
    ...sources,
  ];
}

/**
 * Picks Debian's own sources out of `apt-get indextargets`, a line each of `ORIGIN|SUITE|deb line`: machines get their
 * packages from where this machine gets its own.
 */
export function pickSources(targets: string, suite: string): string[] {
  const lines = targets.split('\n').map((line) => line.split('|'));
  const own = lines.filter(([origin, release]) => origin === 'Debian' && release?.startsWith(suite));
  return [...new Set(own.map(([, , source]) => source!))];
}

/** The format that `pickSources` reads. */
export const SOURCE_FORMAT =
  '$(ORIGIN)|$(RELEASE)|deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)';

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
