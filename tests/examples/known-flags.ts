import { PassThrough } from 'node:stream'
import { createProgram } from '../../src/commands/program.ts'

/** Calls of `agent` in a text whose command or flags it does not have. */
export function unknownFlagsIn(text: string): string[] {
  const joined = text.replaceAll(/\\\n/g, ' ').replaceAll(/\n\s+(?=--)/g, ' ')
  const calls = joined.matchAll(
    /^(?!\s*#)(?:.*?(?:\srun: |- |^\s+|code=0\s+)|\s*run: )?(?:npx [^\n]*?coding-agent@[\d.]+|agent|"\$agent") ([^\n|&]*)/gm,
  )
  return [...calls].flatMap(([, call = '']) => unknownIn(call))
}

function unknownIn(call: string): string[] {
  const words = call
    .replaceAll(/"[^"]*"/g, 'x')
    .trim()
    .split(/\s+/)
  const name = words[0]?.startsWith('-') ? words.find((word) => /^[a-z]+$/.test(word) && word !== 'x') : words[0]
  const flags = [...call.matchAll(/(?<=^|\s)--[a-z][a-z-]*/g)].map(([flag]) => flag)
  if (name === undefined) return flags.filter((flag) => !['--version', '--help'].includes(flag))
  const known = flagsOf(name, words[words.indexOf(name) + 1])
  if (known === null) return [`agent ${name}`]
  return flags.filter((flag) => !known.includes(flag)).map((flag) => `agent ${name} ${flag}`)
}

function flagsOf(name: string, subName = ''): readonly string[] | null {
  const stream = Object.assign(new PassThrough(), { isTTY: false, columns: 80 })
  const context = { cwd: '/', environment: {}, stdin: stream, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const command = createProgram(context, () => {}).commands.find((candidate) => candidate.name() === name)
  const known = command?.commands.find((candidate) => candidate.name() === subName) ?? command
  return known ? known.options.map(({ long }) => long ?? '') : null
}
