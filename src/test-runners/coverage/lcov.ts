import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'

/**
 * Reads the trace files of lcov, which most runners can write: `SF` names a file, `DA` a line with its count, `BRDA` a way on from a line,
 * with `-` where not even the line was executed. Null for a text that is none.
 */
export function readLcov(text: string, pathOf: PathOf): Coverage | null {
  const { coverage, file } = coverageCollector(pathOf)
  let current: ReturnType<typeof file> = null
  let isTrace = text.trim() === ''
  for (const line of text.split(/\r?\n/)) {
    const [, tag, value = ''] = /^(SF|DA|BRDA|end_of_record)(?::(.*))?$/.exec(line) ?? []
    if (tag === undefined) continue
    isTrace = true
    const [first = '', second = '', third = '', taken = ''] = value.split(',')
    if (tag === 'SF') current = file(value)
    else if (tag === 'end_of_record') current = null
    else if (tag === 'DA') current?.line(Number(first), Number(second))
    else current?.branch(Number(first), `${second}.${third}`, taken === '-' ? 0 : Number(taken))
  }
  return isTrace ? coverage : null
}
