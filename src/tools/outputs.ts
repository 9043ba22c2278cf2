/** Long results of a run, kept whole while the model reads a part of each. */
export interface Outputs {
  /** The text itself where it is short; otherwise its beginning and end, and how to ask for the rest. */
  shorten(text: string): string
  /** A whole result by the id that `shorten` named; null for an unknown one. */
  read(id: string): string | null
}
