import { runContribution } from '../../src/lib/contribution/main.ts';

await runContribution({ configFile: process.argv[2]! });
