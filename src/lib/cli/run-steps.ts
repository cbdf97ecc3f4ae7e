/** Showing a workflow while it runs: a live list at a terminal, one plain line per event elsewhere. */
import { Listr, ProcessOutput } from 'listr2';
import type { Step, UpContext } from '../provision/context.ts';
import { wantsColour, writeWhole } from './output.ts';

export interface StepsView {
  /** `silent` under --json. */
  readonly silent: boolean;
}

const TITLE_WIDTH = 12;

/** Runs the steps in order, says on standard error what each did and how long it took, and stops at a failure. */
export async function runSteps(steps: readonly Step[], context: UpContext, view: StepsView): Promise<void> {
  if (view.silent || !wantsColour(process.stderr) || process.env.CI) await runPlain(steps, context, view);
  else await runLive(steps, context);
}

async function runPlain(steps: readonly Step[], context: UpContext, view: StepsView): Promise<void> {
  for (const step of steps) {
    const { line } = await runOne(step, context);
    if (!view.silent) await writeWhole(process.stderr, `  ✔ ${line}\n`);
  }
}

async function runLive(steps: readonly Step[], context: UpContext): Promise<void> {
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (_: unknown, task: { title: string }) => {
      task.title = (await runOne(step, context)).line;
    },
  }));
  await new Listr(tasks, {
    concurrent: false,
    exitOnError: true,
    registerSignalListeners: false,
    rendererOptions: {
      showErrorMessage: false,
      indentation: 2,
      processOutput: new ProcessOutput(process.stderr, process.stderr),
    },
  } as ConstructorParameters<typeof Listr>[1]).run();
}

async function runOne(step: Step, context: UpContext): Promise<{ line: string }> {
  const started = performance.now();
  context.signal.throwIfAborted();
  const said = await step.run(context);
  return { line: formatStepLine(step.title, said, performance.now() - started) };
}

/** `started     redis · 2 nginx · 4 agents    1.3 s` */
export function formatStepLine(title: string, said: string, ms: number): string {
  return `${title.padEnd(TITLE_WIDTH)}${said.padEnd(56)} ${(ms / 1000).toFixed(1)} s`;
}
