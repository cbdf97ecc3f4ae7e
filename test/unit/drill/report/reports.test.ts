import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatHtml } from '../../../../src/lib/drill/report/html.ts';
import { formatJunit } from '../../../../src/lib/drill/report/junit.ts';
import { formatMarkdown } from '../../../../src/lib/drill/report/markdown.ts';
import { formatTimelineSvg } from '../../../../src/lib/drill/report/timeline-svg.ts';
import { makeRun, PICTURES } from '../../../support/drill-run.ts';

const template = readFileSync(join(import.meta.dirname, '../../../../templates/drill-report.html'), 'utf8');

test('the HTML says first who lost the picture, and loads nothing from anywhere', () => {
  const html = formatHtml(makeRun(), PICTURES, template);
  assert.match(html, /<h1>2 of 4 viewers lost the picture, the worst for 1\.50&nbsp;s\.<\/h1>/);
  assert.match(html, /prefers-color-scheme: dark/);
  assert.doesNotMatch(html, /(src|href)=|url\(|@import|<script|https?:/);
  assert.doesNotMatch(html, /\{\{/);
});

test('what nodes and people named is text in every report', () => {
  const run = makeRun({ target: '<img src=x>', reasons: ['a < b & "c"'] });
  for (const text of [formatHtml(run, PICTURES, template), formatJunit([run])]) {
    assert.doesNotMatch(text, /<img/);
    assert.match(text, /&lt;all&gt; &amp; more/);
  }
});

test('the timeline draws fault, detection, change, heal, and a strip for each viewer', () => {
  const svg = formatTimelineSvg(makeRun(), PICTURES);
  for (const label of ['fault', 'noticed 820 ms', 'feeds changed 440 ms', 'healed', 'steady again']) {
    assert.match(svg, new RegExp(`>${label}<`), label);
  }
  assert.equal(svg.match(/<title>viewer \d of (us|eu)/g)?.length, 2);
  for (const kind of ['well', 'low', 'none', 'other', 'start'])
    assert.match(svg, new RegExp(`class="${kind}"`), kind);
});

test('marks that are near one another stand in different rows', () => {
  const svg = formatTimelineSvg(makeRun({ detectMs: 10, switchMs: 20 }), PICTURES);
  const rows = [...svg.matchAll(/<g class="mark \w+">.*?<text x="[\d.]+" y="(\d+)"/g)].map(
    (match) => match[1],
  );
  assert.equal(new Set(rows.slice(0, 3)).size, 3);
});

test('a run that broke nothing is drawn all the same', () => {
  const run = makeRun({ faultMs: null, healedMs: null, recoveredMs: null, verdict: 'aborted' });
  assert.match(formatHtml(run, { bands: [], seconds: [] }, template), /<svg/);
});

test('the Markdown has findings, figures and the story with times since the fault', () => {
  const text = formatMarkdown(makeRun());
  assert.match(text, /^# Drill fail-region eu: fail\n/);
  assert.match(text, /\| dead air p99 \| 1\.50 s \| 999 ms \| 0 ms \| \*\*miss\*\* \|/);
  assert.match(text, /\| The host kept back at most \| 25 % of the CPU \|/);
  assert.match(text, /\| 0\.820 s \| noticed \| controller: eu-1 down \|/);
  assert.match(text, /\| -1\.000 s \| steady \|/);
});

test('where no feed was seen to change nothing is said of whether one had to', () => {
  const text = formatMarkdown(makeRun({ switchMs: null }));
  assert.match(text, /\| Dead air \| .* worst 1\.50 s \|/);
  assert.match(text, /\| Feeds changed \| none was seen to \|/);
});

test('in Markdown what a node said stays in its cell, and acts on no terminal', () => {
  const evil = 'x\u001b[2J\u0007\n| y \\| z';
  const text = formatMarkdown(
    makeRun({ reasons: [evil], events: [{ atMs: 0, kind: 'replica', text: evil }], faultMs: null }),
  );
  assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
  assert.match(text, /^- x \[2J/m);
  assert.ok(text.includes('\n|  | replica | x [2J  \\| y \\\\\\| z |\n'), text);
});

test('in JUnit a fail is a failure, and what could not be judged or mended is an error', () => {
  const xml = formatJunit([
    makeRun({ verdict: 'pass', reasons: [] }),
    makeRun(),
    makeRun({ verdict: 'unknown' }),
  ]);
  assert.match(xml, /<testsuites tests="3" failures="1" errors="1"/);
  assert.equal(xml.match(/<failure type="fail"/g)?.length, 1);
  assert.equal(xml.match(/<error type="unknown"/g)?.length, 1);
});
