/** The reports of drills as files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DrillPictures, DrillRun } from '../drill-result.ts';
import { formatHtml } from './html.ts';
import { formatJunit } from './junit.ts';
import { formatMarkdown } from './markdown.ts';

/** Writes report.html, report.md, junit.xml and result.json into a folder, which it makes. */
export async function writeReports(
  dir: string,
  { run, pictures }: { readonly run: DrillRun; readonly pictures: DrillPictures },
  template: string,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  await Promise.all([
    writeFile(join(dir, 'report.html'), formatHtml(run, pictures, template)),
    writeFile(join(dir, 'report.md'), formatMarkdown(run)),
    writeFile(join(dir, 'junit.xml'), formatJunit([run])),
    writeFile(join(dir, 'result.json'), `${JSON.stringify({ version: 1, ...run }, null, 2)}\n`),
  ]);
}
