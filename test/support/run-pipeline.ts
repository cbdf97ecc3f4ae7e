/** A pipeline as a process of its own: `node run-pipeline.ts NODE.JSON STREAM`. */
import { runPipeline } from '../../src/lib/pipeline/main.ts';

const [configFile = '', stream = ''] = process.argv.slice(2);
await runPipeline({ configFile, stream });
