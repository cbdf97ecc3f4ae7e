/** Adding a region to the list of a spec, or taking one from it, in its text. Its nodes are edits of their own. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseDocument } from 'yaml';
import { StreamctlError } from '../../base/errors.ts';
import { asRecord, listAt } from '../loose.ts';
import { insertEntry, itemsOf, removeEntry, styleOf } from './splice-sequence.ts';

export type RegionEdit = { readonly kind: 'add-region' | 'remove-region'; readonly region: string };

/** Makes the edit; a new region comes last. Throws NOT_FOUND, and CONFLICT where the file cannot be edited safely. */
export function editRegions(text: string, edit: RegionEdit): string {
  const { kind, region } = edit;
  const document = parseDocument(text, { keepSourceTokens: true });
  const list = document.get('regions', true);
  const items = itemsOf(list);
  if (document.errors.length > 0 || !isSeq(list) || items === null || items.length === 0)
    throw notEditable(edit);
  const before = asRecord(document.toJS());
  const regions = listAt(before, 'regions');
  const index = regions.findIndex(({ name }) => name === region);
  if (kind === 'remove-region' && index === -1) {
    throw new StreamctlError('NOT_FOUND', `the list of regions in the spec has no ${region}`);
  }
  const last = items.length - 1;
  const inBraces = styleOf(text, list, last).flow || !isMap(items[last]) || items[last].flow === true;
  const edited =
    kind === 'remove-region'
      ? removeEntry(text, list, index)
      : insertEntry(text, list, { index: last, entry: inBraces ? `{ name: ${region} }` : `name: ${region}` });
  const after =
    kind === 'remove-region' ? regions.filter((_, at) => at !== index) : [...regions, { name: region }];
  const parsed = parseDocument(edited);
  const made: unknown = parsed.errors.length > 0 ? null : parsed.toJS();
  if (!isDeepStrictEqual(made, { ...before, regions: after })) throw notEditable(edit);
  return edited;
}

function notEditable({ kind, region }: RegionEdit): StreamctlError {
  const todo =
    kind === 'add-region' ? `Add { name: ${region} } to the regions` : `Remove ${region} from the regions`;
  return new StreamctlError(
    'CONFLICT',
    'the list of regions in the spec is written in a way that cannot be edited here',
    { hint: `${todo} by hand, with its nodes, then run streamctl up.` },
  );
}
