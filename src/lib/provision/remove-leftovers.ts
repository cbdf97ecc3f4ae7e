/** Nodes and units that the spec no longer has. Logs and data stay until `down --purge`. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeLayout } from '../nodes/layout.ts';
import { dynamicServices, staticServices } from '../nodes/node-services.ts';
import { stopRunsvdir } from '../nodes/runsvdir.ts';
import type { UpContext } from './context.ts';
import { findOldPrograms } from './program.ts';

type TidyContext = Pick<UpContext, 'layout' | 'nodes' | 'changes'> & {
  readonly program: { readonly digest: string } | null;
};

/** Stops and removes what is on disk and not in the plan. */
export async function removeLeftovers(context: TidyContext): Promise<void> {
  const { layout, nodes, changes, program } = context;
  const present = await readdir(layout.nodes).catch((): string[] => []);
  for (const name of present) {
    const plan = nodes.find(({ node }) => node.name === name);
    if (plan === undefined) await removeNode(name, context);
    else {
      const wanted = new Set(plan.units.map(({ unit }) => unit.name));
      const services = staticServices(layout.dir, name, plan.config.supervisor);
      const extra = (await services.list()).filter(
        (unit) => !wanted.has(unit.name) && !unit.name.startsWith('publisher-'),
      );
      for (const unit of extra)
        await changes.step(name, `remove ${unit.name}`, () => services.remove(unit.name));
    }
  }
  for (const old of await findOldPrograms(layout.programs, program?.digest ?? '')) {
    await changes.step(null, `remove program ${old}`, () =>
      rm(join(layout.programs, old), { recursive: true, force: true }),
    );
  }
}

async function removeNode(name: string, { layout, changes }: TidyContext): Promise<void> {
  const { config, service, services, conf, www } = nodeLayout(layout.dir, name);
  const managers = [staticServices(layout.dir, name), dynamicServices(layout.dir, name)];
  const units = (await Promise.all(managers.map((manager) => manager.list()))).flat();
  const left = await readdir(join(layout.nodes, name)).catch((): string[] => []);
  if (units.length === 0 && !left.includes('node.json')) return;
  await changes.step(name, 'remove the node', async () => {
    for (const manager of managers) {
      for (const unit of await manager.list()) await manager.stop(unit.name);
    }
    await stopRunsvdir(
      service,
      units.map((unit) => join(service, unit.name)),
    );
    for (const path of [service, `${service}.pid`, services, conf, www, config]) {
      await rm(path, { recursive: true, force: true });
    }
  });
}
