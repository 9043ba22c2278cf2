import { plural } from '../../domain/plural.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import type { FileFacts, SymbolChanges } from './facts.ts'

const maxRows = 20
const maxPath = 100

/** What a change is, in numbers. */
export function headline(files: readonly FileFacts[]): string {
  const added = files.reduce((sum, { file }) => sum + file.addedLines, 0)
  const removed = files.reduce((sum, { file }) => sum + file.removedLines, 0)
  const lines = [added > 0 ? `${plural(added, 'line')} added` : '', removed > 0 ? `${plural(removed, 'line')} removed` : ''].filter(Boolean)
  return [`${plural(files.length, 'file')} changed`, ...lines].join(', ')
}

/** A change for people, without a model: what happened to which file, and to which symbols. */
export function summaryOf(files: readonly FileFacts[]): string {
  const width = Math.max(...files.slice(0, maxRows).map(({ file }) => statusOf(file).length), 0)
  const rows = files.slice(0, maxRows).map((facts) => {
    const symbols = symbolText(facts.symbols, 4)
    return `  ${statusOf(facts.file).padEnd(width)}  ${nameOf(facts)}${symbols === '' ? '' : `  (${symbols})`}`
  })
  const more = files.length > maxRows ? [`  and ${plural(files.length - maxRows, 'more file')}`] : []
  return [headline(files), ...rows, ...more].join('\n')
}

/** One file with its counts, e.g. `src/a.ts +12 -3`. */
export function nameOf({ file }: Pick<FileFacts, 'file'>): string {
  const { path, oldPath, status, kind, addedLines, removedLines } = file
  const moved = (status === 'renamed' || status === 'copied') && oldPath !== null
  const name = moved ? `${shown(oldPath)} -> ${shown(path)}` : shown(path)
  const counts = [addedLines > 0 ? `+${addedLines}` : '', removedLines > 0 ? `-${removedLines}` : ''].filter(Boolean)
  return [name, ...(kind === 'text' ? counts : [`(${kind})`])].join(' ')
}

export const statusOf = ({ status }: FileFacts['file']) => status

/** What happened to the symbols of a file, a few of each. */
export function symbolText({ added, changed, removed }: SymbolChanges, each: number): string {
  const part = (word: string, names: readonly string[]) => {
    const more = names.length > each ? ` and ${names.length - each} more` : ''
    return names.length === 0 ? [] : [`${word} ${names.slice(0, each).map(shown).join(', ')}${more}`]
  }
  return [...part('new', added), ...part('changed', changed), ...part('removed', removed)].join('; ')
}

/** The end of a path says more than its beginning. */
const shown = (text: string) => {
  const line = terminalLine(text)
  return line.length > maxPath ? `…${line.slice(-maxPath)}` : line
}
