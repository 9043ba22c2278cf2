import type { CodeSymbol } from '../syntax/symbol.ts'

/** What a definition is called by whoever asks for it. */
export interface SymbolName {
  /** The name itself, without what it is in. */
  last: string
  /** The name and what it is in, outermost first. */
  parts: readonly string[]
  /** Whether a definition may be meant; `isSame` compares one part of the name. */
  matches(symbol: Pick<CodeSymbol, 'name' | 'containers'>, isSame?: (own: string, wanted: string) => boolean): boolean
}

/** Reads `name`, `Class.name`, `Class#name` and `module::name`. Throws for what cannot be a name. */
export function readName(given: string): SymbolName {
  const whole = given.trim().replace(/\(\)$/, '')
  if (whole === '' || /[\n\r\0]/.test(whole))
    throw new Error('A name is one line and not empty. Give the name of a function, a class or a type.')
  // The selectors of CSS have dots and hashes of their own.
  const isPlain = /^[\w$.#:/\\-]+$/.test(whole) && /^[\w$]/.test(whole)
  const parts = isPlain ? whole.split(/\.|::|#|\\/).filter((part) => part !== '') : [whole]
  const last = parts.at(-1) ?? whole
  return {
    last,
    parts,
    matches({ name, containers }, isSame = (own, wanted) => own === wanted) {
      if (isSame(name, whole)) return true
      const own = [...containers, name].slice(-parts.length)
      return own.length === parts.length && own.every((part, index) => isSame(part, parts[index] ?? ''))
    },
  }
}

/** A definition's name with what it is in, as `readName` reads it. */
export function qualifiedName({ name, containers }: Pick<CodeSymbol, 'name' | 'containers'>): string {
  return [...containers, name].join('.')
}
