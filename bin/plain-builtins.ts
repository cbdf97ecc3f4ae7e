/**
 * An esbuild plugin: Node's own modules are asked for by `process.getBuiltinModule` and not imported. To import one Node
 * reads every property of it, and so loads what hides behind them: `node:http` alone a whole HTTP client and WebSockets, a
 * fifth of a daemon's start.
 */
import { createRequire, isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

export const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z_/:0-9]+$/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path)
        ? { path: path.replace(/^node:/, ''), namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: formatModule(path) }));
  },
};

/** What nobody imports is left out by esbuild, and so never read. */
function formatModule(name: string): string {
  const keys = Object.keys(require(`node:${name}`) as object).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key));
  return [
    `const real = process.getBuiltinModule('node:${name}');`,
    'export default real;',
    ...keys
      .filter((key) => key !== 'default')
      .map(
        (key) => `const get_${key} = /* @__PURE__ */ (() => real.${key})(); export { get_${key} as ${key} };`,
      ),
  ].join('\n');
}
