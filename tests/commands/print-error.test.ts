import { expect, it } from 'vitest'
import { printError } from '../../src/commands/print-error.ts'
import { AppError } from '../../src/domain/errors.ts'

function print(error: unknown, { color = false, verbose = false } = {}) {
  const written: string[] = []
  const code = printError(error, { write: (text) => written.push(text), color, verbose })
  return { code, text: written.join('') }
}

it('tells what happened and what to do, and ends with the code of the error', () => {
  expect(print(new AppError('REF_UNKNOWN', 'nowhere is no revision.', { hint: 'Fetch it.' }))).toEqual({
    code: 2,
    text: 'error: nowhere is no revision.\nhint: Fetch it.\n',
  })
  expect(print(new AppError('ENGINE_UNREACHABLE', 'No answer.'))).toEqual({ code: 3, text: 'error: No answer.\n' })
})

it('is red where colours are on', () => {
  expect(print(new AppError('INTERNAL', 'x', { hint: 'y' }), { color: true }).text).toBe(
    '\u001B[1;31merror:\u001B[0m x\n\u001B[1mhint:\u001B[0m y\n',
  )
})

it('calls everything else a mistake of ours, in one line', () => {
  const { code, text } = print(new TypeError('x is not a function'))
  expect([code, text.split('\n')[0]]).toEqual([3, 'error: Something went wrong inside agent: x is not a function'])
  expect(text).not.toContain('at ')
  expect(print('a text').text).toContain('inside agent: a text\n')
})

it('adds the stack and the causes with --verbose, also of an error that is its own cause', () => {
  const error = new AppError('INTERNAL', 'outer', { cause: new Error('inner', { cause: 'innermost' }) })
  expect(print(error, { verbose: true }).text).toMatch(/AppError: outer\n {4}at [^]*caused by Error: inner\n {4}at [^]*caused by innermost/)
  const loop = new Error('loop')
  loop.cause = loop
  expect(print(loop, { verbose: true }).text.match(/caused by/g)).toHaveLength(5)
  expect(print(Object.assign(new Error('bare'), { stack: undefined }), { verbose: true }).text).toContain('Error: bare')
})

it('lets no escape sequence through', () => {
  expect(print(new AppError('CONFIG_INVALID', 'a\u001B[2Jb')).text).toBe('error: a␛[2Jb\n')
})
