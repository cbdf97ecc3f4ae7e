/** One cluster, one spec: `up` from another file is refused like a fault of that file. */
import { access } from 'node:fs/promises';
import { loadClusterRecord } from '../nodes/cluster-view.ts';
import { type LoadedSpec, locateInSpec, specInvalid } from '../spec/load.ts';

/** Throws SPEC_INVALID when the cluster was made from another spec file that still exists. */
export async function refuseOtherSpec(spec: LoadedSpec, clusterDir: string): Promise<void> {
  const record = await loadClusterRecord(clusterDir).catch(() => null);
  if (record === null || record.specFile === spec.file) return;
  if (
    !(await access(record.specFile).then(
      () => true,
      () => false,
    ))
  )
    return;
  const place = await locateInSpec(spec.file, ['cluster']);
  const message = `cluster "${spec.cluster}" was made by ${record.specFile}; use that file, or another name here`;
  throw specInvalid(place.file, [{ ...place, path: 'cluster', message }]);
}
