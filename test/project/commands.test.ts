import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, loadCommands } from './command-list.ts';
import { fileAt, filesUnder, list, SOURCES } from './repository-files.ts';

const commands = await loadCommands();
const shown = commands.filter((command) => !command.hidden);

test('every command has a summary of one line, a description, and --json', () => {
  const bare = shown.flatMap((command) => [
    ...(command.summary.length > 0 && !command.summary.includes('\n') ? [] : [`${command.path}: summary`]),
    ...(command.description.length > 0 ? [] : [`${command.path}: description`]),
    ...(command.json ? [] : [`${command.path}: enableJsonFlag`]),
  ]);
  assert.equal(bare.length, 0, `add:${list(bare)}`);
});

test('every command has an example of itself that would be understood', () => {
  const faults = shown.flatMap((command) => {
    const lines = command.examples.map((one) => one.replace('<%= config.bin %>', 'streamctl'));
    if (!lines.some((line) => line.startsWith(`streamctl ${command.words}`))) {
      return [`${command.path}: no example begins with "<%= config.bin %> ${command.words}"`];
    }
    return lines.flatMap((line) => faultOf(line, commands) ?? []).map((fault) => `${command.path}: ${fault}`);
  });
  assert.equal(faults.length, 0, `mend the examples:${list(faults)}`);
});

test('every command line in the documents exists, flags and all', () => {
  const documents = [
    ...filesUnder('docs'),
    fileAt('README.md'),
    fileAt('CONTRIBUTING.md'),
    fileAt('ARCHITECTURE.md'),
  ];
  const faults = documents
    .filter((file) => file.path.endsWith('.md'))
    .flatMap((file) => linesIn(file.text).flatMap((line) => prefix(file.path, faultOf(line, commands))));
  assert.equal(faults.length, 0, `mend the document, or make the command:${list(faults)}`);
});

/** Command lines in fences, in headings and in backticks: each from its `streamctl` to the end of that command. */
function linesIn(text: string): string[] {
  const fences = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].flatMap((match) => match[1]!.split('\n'));
  const headings = [...text.matchAll(/^#+ (streamctl .*)$/gm)].map((match) => match[1]!);
  const ticked = [...text.matchAll(/`([a-z<( -]*(?:bin\/)?streamctl [^`]+)`/g)].map((match) => match[1]!);
  return [...fences.map((line) => line.replace(/\s+#.*$/, '')), ...headings, ...ticked]
    .flatMap((line) => line.split(/ -- |[;|]|&&|\$\(/))
    .flatMap((part) => /(?:^|[\s"(])(?:bin\/)?(streamctl [a-z].*)$/.exec(part)?.[1] ?? [])
    .map((line) => line.replaceAll(/\[[^\]]*\]/g, ''));
}

test('every command that a hint or a message names exists', () => {
  const faults = SOURCES.flatMap((file) =>
    [...file.text.matchAll(/\bstreamctl ((?:[a-z][a-z-]+)(?: [a-z][a-z-]+)?(?: --[a-z-]+)*)/g)]
      .map((match) => match[1]!)
      .filter((words) => isTyped(words, file.text))
      .flatMap((words) => prefix(file.path, faultOf(`streamctl ${words}`, commands))),
  );
  assert.equal(faults.length, 0, `name a command that exists:${list([...new Set(faults)])}`);
});

/** Prose ("a fault of streamctl itself") is no command line: only what is in a hint, in backticks or after "run" is. */
function isTyped(words: string, text: string): boolean {
  const before = text.slice(0, text.indexOf(`streamctl ${words}`)).slice(-40);
  return /(`|[Rr]un |[Uu]se |[Rr]ead |hint: '|then |: ')$/.test(before);
}

function prefix(path: string, fault: string | null): string[] {
  return fault === null ? [] : [`${path}: ${fault}`];
}
