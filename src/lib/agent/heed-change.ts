import type { AgentState } from './agent-state.ts';

/**
 * Takes note of a word of the channel `changes` (null: anything may have changed); returns whether the agent has to look
 * again at once. In a large cluster most words are about streams of other nodes.
 */
export function heedChange(state: AgentState, word: string | null): boolean {
  if (word === null) {
    state.keysChanged = true;
    state.sessions.refreshAll();
    return true;
  }
  const [kind, stream = ''] = word.split(' ');
  switch (kind) {
    case 'key':
    case 'stream':
      state.keysChanged = true;
      return state.deps.config.node.roles.includes('ingest');
    case 'session':
      return state.known.placed.has(stream) || state.known.ring === null;
    case 'controller':
      return false;
    default:
      return true;
  }
}
