import { expect, it } from 'vitest'
import { colorEnabled } from '../../src/commands/color.ts'

const [terminal, pipe] = [{ isTTY: true }, { isTTY: false }]

it.each([
  ['a terminal', terminal, {}, undefined, true],
  ['a pipe', pipe, {}, undefined, false],
  ['a stream that does not say', {}, {}, undefined, false],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, undefined, false],
  ['a CI log that is a terminal', terminal, { CI: 'true' }, undefined, false],
  ['CI=false', terminal, { CI: 'false' }, undefined, true],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, undefined, false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, undefined, true],
  ['FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, undefined, true],
  ['an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, undefined, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, undefined, false],
  ['FORCE_COLOR=false', terminal, { FORCE_COLOR: 'false' }, undefined, false],
  ['FORCE_COLOR in CI', pipe, { FORCE_COLOR: '1', CI: 'true' }, undefined, true],
  ['NO_COLOR and FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, false],
  ['--no-color and FORCE_COLOR', terminal, { FORCE_COLOR: '1' }, false, false],
] as const)('for %s', (_name, stream, environment, flag, expected) => {
  expect(colorEnabled(stream, environment, flag)).toBe(expected)
})
