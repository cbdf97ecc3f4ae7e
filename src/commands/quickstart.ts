import { BaseCommand } from '../lib/cli/base-command.ts';
import { observeCluster } from '../lib/cli/observe-cluster.ts';
import { type QuickstartOutcome, runQuickstart } from '../lib/cli/quickstart.ts';
import { wordUnshown } from '../lib/cli/run-up-steps.ts';
import { statusLines } from '../lib/cli/status-lines.ts';
import { formatMadeKey } from '../lib/cli/views/format-streams.ts';

export default class Quickstart extends BaseCommand {
  static override summary = 'Up, a test picture, and proof that it plays in every region.';
  static override description =
    'What npm start runs when everything is installed: writes the starter spec if there is none, runs up, publishes the test picture into the first stream, waits until a viewer in each region has played it, prints the health table and leaves everything running. Again, it changes nothing.';
  static override examples = ['<%= config.bin %> quickstart', '<%= config.bin %> quickstart --json'];

  async run(): Promise<QuickstartOutcome> {
    const { flags } = await this.parse(Quickstart);
    const outcome = await runQuickstart({
      spec: flags.spec,
      cluster: flags.cluster,
      wait: true,
      command: 'streamctl quickstart',
      root: this.config.root,
      version: this.config.version,
      silent: this.jsonEnabled(),
      signal: this.signal,
      say: (line) => this.progress(line),
      print: (line) => this.log(line),
    });
    this.log(formatBox(outcome));
    for (const made of outcome.streams) if (made.name !== outcome.stream) this.log(formatMadeKey(made));
    if (outcome.unshown.length > 0) this.log(`  No key     ${wordUnshown(outcome.unshown)}`);
    const status = await observeCluster(await this.loadCluster());
    for (const line of statusLines(status, process.stdout, this.colour)) this.log(line);
    return outcome;
  }
}

function formatBox({ changed, stream, watch, publish, key, grow, totalMs }: QuickstartOutcome): string {
  const [first, ...others] = watch.map(({ url }) => url);
  const keyText =
    key === null
      ? `key as shown before; another: bin/streamctl stream key rotate ${stream}`
      : `key ${key}   (shown once)`;
  const lastRegion = watch.at(-1)?.region ?? 'REGION';
  const rows = [
    ['Watch', first ?? ''],
    ...others.map((url) => ['', url]),
    ['Publish', `${publish[0]?.url ?? ''}   ${keyText}`],
    ['Health', 'bin/streamctl status        bin/streamctl top'],
    ['Ring', 'bin/streamctl ring explain         who carries which stream, on one screen'],
    ['Grow', `bin/streamctl ring add-node ${grow.node} --region ${grow.region}`],
    ['Break it', `bin/streamctl drill fail-region ${lastRegion}`],
    ['Stop', 'bin/streamctl down'],
  ];
  const lines = rows.map(([label, text]) => `  ${label!.padEnd(10)} ${text}`);
  const head = changed
    ? `  first picture everywhere after ${(totalMs / 1000).toFixed(1)} s`
    : '  everything ran already; nothing changed';
  return `${head}\n\n${lines.join('\n')}\n`;
}
