/**
 * An esbuild plugin: what oclif requires while it loads, but needs only for discovering plugins, help and pretty
 * errors, is loaded at its first use. Every command starts in about half the time.
 */
import type { Plugin } from 'esbuild';

/** Packages, and oclif's own modules, that running one known command does not touch. */
const LAZY =
  /^(tinyglobby|minimatch|ejs|semver|wrap-ansi|indent-string|clean-stack|string-width|widest-line|lilconfig|\.{1,2}\/(.*\/)?(config|plugin-loader|plugin|handle|module-loader|help|help\/index|ts-path|cache-command|cache-default-value|colorize-json|spinner|simple|performance))$/;

export const lazyRequires: Plugin = {
  name: 'lazy-requires',
  setup(build) {
    build.onResolve({ filter: LAZY }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'real' || kind !== 'require-call' || !importer.includes('@oclif/core'))
        return undefined;
      const real = await build.resolve(path, { resolveDir, importer, kind, pluginData: 'real' });
      return real.errors.length > 0 ? undefined : { path: real.path, namespace: 'lazy' };
    });
    build.onResolve({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({ path }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({ contents: formatLazyModule(path) }));
  },
};

/** A module that is another one from the first time that somebody looks at it. */
function formatLazyModule(path: string): string {
  return `
    let real;
    const load = () => (real ??= require(${JSON.stringify(path)}));
    module.exports = new Proxy(function () {}, {
      get: (_, key) => (key === '__esModule' && real === undefined ? ${path.includes('/@oclif/core/lib/')} : load()[key]),
      has: (_, key) => key in load(),
      apply: (_, self, args) => Reflect.apply(load(), self, args),
      construct: (_, args) => new (load())(...args),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Object.getOwnPropertyDescriptor(load(), key);
        return found && { ...found, configurable: true };
      },
    });`;
}
