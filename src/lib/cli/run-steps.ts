/** Showing a workflow while it runs: a live list at a terminal, one plain line per event elsewhere. */
import { Listr, ProcessOutput } from 'listr2';
import type { Step, StepReport } from '../provision/context.ts';
import { wantsColour, writeWhole } from './output.ts';
import { startSignsOfLife } from './signs-of-life.ts';

export interface StepsView {
  /** `silent` under --json. */
  readonly silent: boolean;
}

const TITLE_WIDTH = 12;

interface Cancellable {
  readonly signal: AbortSignal;
}

/** Runs the steps in order, says on standard error what each did and how long it took, and stops at a failure. */
export async function runSteps<Context extends Cancellable>(
  steps: readonly Step<Context>[],
  context: Context,
  view: StepsView,
): Promise<void> {
  if (view.silent || !wantsColour(process.stderr) || process.env.CI) await runPlain(steps, context, view);
  else await runLive(steps, context);
}

async function runPlain<Context extends Cancellable>(
  steps: readonly Step<Context>[],
  context: Context,
  view: StepsView,
): Promise<void> {
  const say = async (line: string): Promise<void> => {
    if (!view.silent) await writeWhole(process.stderr, `${line}\n`);
  };
  for (const step of steps) {
    const signs = startSignsOfLife(step.title);
    const happened = (text: string) => void say(`    ${text}`);
    const { line } = await runOne(step, context, { doing: signs.doing, happened }).finally(signs.close);
    await say(`  ✔ ${line}`);
  }
}

interface LiveTask {
  title: string;
  output: string;
}

async function runLive<Context extends Cancellable>(
  steps: readonly Step<Context>[],
  context: Context,
): Promise<void> {
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (_: unknown, task: LiveTask) => {
      const report = {
        doing: (text: string) => {
          task.title = `${step.title.padEnd(TITLE_WIDTH)}${text}`;
        },
        happened: (text: string) => {
          task.output = text;
        },
      };
      task.title = (await runOne(step, context, report)).line;
    },
    rendererOptions: { outputBar: Number.POSITIVE_INFINITY, persistentOutput: true },
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

async function runOne<Context extends Cancellable>(
  step: Step<Context>,
  context: Context,
  report: StepReport,
): Promise<{ line: string }> {
  const started = performance.now();
  context.signal.throwIfAborted();
  const said = await step.run(context, report);
  return { line: formatStepLine(step.title, said, performance.now() - started) };
}

/** `started     redis · 2 nginx · 4 agents    1.3 s` */
export function formatStepLine(title: string, said: string, ms: number): string {
  return `${title.padEnd(TITLE_WIDTH)}${said.padEnd(56)} ${(ms / 1000).toFixed(1)} s`;
}
