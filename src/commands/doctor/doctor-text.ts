import { terminalLine } from '../../domain/trust-terminal.ts'
import type { Diagnosis, Verdict } from './probe.ts'

const colours: Readonly<Record<Verdict, string>> = { ok: '32', warning: '33', problem: '31' }

/** The report for people: a line for each thing, below it what to do about it. */
export function doctorText(diagnoses: readonly Diagnosis[], { color }: { color: boolean }): string {
  const width = Math.max(...diagnoses.map(({ name }) => name.length))
  const verdictWidth = Math.max(...diagnoses.map(({ verdict }) => verdict.length))
  const indent = ' '.repeat(verdictWidth + width + 4)
  const lines = diagnoses.map(({ name, verdict, found, remedy }) => {
    const head = `${paint(colours[verdict], verdict.padEnd(verdictWidth), color)}  ${name.padEnd(width)}  ${linesOf(found).join(`\n${indent}`)}`
    return remedy === null ? `${head}\n` : `${head}\n${indent}${paint('2', `→ ${linesOf(remedy).join(`\n${indent}  `)}`, color)}\n`
  })
  return `${lines.join('')}\n${summaryOf(diagnoses)}\n`
}

/** How many of each, in words. */
export function summaryOf(diagnoses: readonly Diagnosis[]): string {
  const count = (wanted: Verdict) => diagnoses.filter(({ verdict }) => verdict === wanted).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return 'Everything works here.'
  const told = [counted(problems, 'problem'), counted(warnings, 'warning')].filter((text) => text !== '').join(' and ')
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}; ${count('ok')} ok.`
}

function counted(count: number, noun: string): string {
  if (count === 0) return ''
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

const linesOf = (text: string) => text.split('\n').map(terminalLine)

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
