/** A text that belongs to a spec, and how it is named in messages. */
export interface IncludedText {
  readonly shown: string;
  readonly text: string;
}
