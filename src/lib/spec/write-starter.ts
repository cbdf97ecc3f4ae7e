/** The starter spec with other names: its comments stay. Pure. */

export interface SpecAnswers {
  readonly name: string;
  readonly regions: readonly string[];
  readonly nodesPerRegion: number;
  /** Where nodes are; machines get hosts that have to be replaced. */
  readonly driver: 'local' | 'ssh';
}

/** Rewrites the starter's cluster, regions and nodes. */
export function writeStarter(starter: string, answers: SpecAnswers): string {
  const regions = answers.regions.map((region) => `  - name: ${region}`).join('\n');
  const nodes = answers.regions.map((region, index) => formatNodes(region, index, answers)).join('\n');
  return starter
    .replace(/^cluster: .*$/m, `cluster: ${answers.name}`)
    .replace(/^# driver: local$/m, answers.driver === 'ssh' ? 'driver: ssh' : '# driver: local')
    .replace(/^( {2}- name: \S+\n)+(?=\n# The machines)/m, `${regions}\n`)
    .replace(/(?<=^nodes:\n)[\s\S]*?(?=\n# How streams are spread)/m, `${nodes}\n`);
}

function formatNodes(region: string, regionIndex: number, { nodesPerRegion, driver }: SpecAnswers): string {
  const makes = regionIndex === 0 ? ['store', 'ingest', 'origin'] : ['ingest', 'origin'];
  return Array.from({ length: nodesPerRegion }, (_, index) => {
    const alone = nodesPerRegion === 1 ? ['edge'] : [];
    const roles = index === 0 ? [...makes, ...alone] : ['edge'];
    const name = `${region}-${index + 1}`;
    const host = driver === 'ssh' ? `\n    host: ${name}.example.net` : '';
    return `  - name: ${name}\n    region: ${region}${host}\n    roles: [${roles.join(', ')}]`;
  }).join('\n');
}
