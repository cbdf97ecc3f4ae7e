/** What a key does to the state of `top`. Pure. */
import type { TopState } from './format-top.ts';
import { nextSortKey } from './sort-status.ts';

/** The state after a key; `quit` for the keys that end it. `end` is how far down one can scroll. */
export function pressTopKey(
  state: TopState,
  key: string,
  { page, end }: { readonly page: number; readonly end: number },
): TopState | 'quit' {
  const scrollTo = (line: number): TopState => ({ ...state, scroll: Math.min(end, Math.max(0, line)) });
  switch (key) {
    case 'q':
    case 'ctrl-c':
      return 'quit';
    case 's':
      return { ...state, sort: nextSortKey(state.sort), help: false };
    case '?':
      return { ...state, help: !state.help, scroll: 0 };
    case 'escape':
      return { ...state, help: false };
    case 'up':
    case 'k':
      return scrollTo(state.scroll - 1);
    case 'down':
    case 'j':
      return scrollTo(state.scroll + 1);
    case 'pageup':
      return scrollTo(state.scroll - page);
    case 'pagedown':
    case 'space':
      return scrollTo(state.scroll + page);
    case 'home':
      return scrollTo(0);
    case 'end':
      return scrollTo(end);
    default:
      return state;
  }
}
