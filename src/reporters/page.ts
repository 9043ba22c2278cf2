import { styleText } from 'node:util'
import type { Severity } from '../domain/severity.ts'
import type { ReporterOptions } from './reporter.ts'

type Style = Parameters<typeof styleText>[0]

/** What text is laid out on: its width, its colours and the source that excerpts come from. */
export interface Page {
  width: number
  paint: (style: Style, text: string) => string
  readLines: NonNullable<ReporterOptions['readLines']>
}

export const severityColors = { error: 'red', warning: 'yellow', note: 'blue' } as const satisfies Record<Severity, Style>

const narrowest = 40
/** Longer lines of prose are hard to read, however wide the terminal is. */
const widest = 110

/** Whether there are colours is decided by the caller, who knows where the text goes. */
export function createPage({ color, width, readLines }: ReporterOptions): Page {
  return {
    width: Math.min(Math.max(Math.floor(width) || widest, narrowest), widest),
    paint: (style, text) => (color && text !== '' ? styleText(style, text, { validateStream: false }) : text),
    readLines: readLines ?? (() => undefined),
  }
}
