import { readFileSync } from 'node:fs'

/** The first processors that this process may run on, as `taskset --cpu-list` takes them; undefined where there are no more than wanted. */
export function processorList(count: number): string | undefined {
  return firstProcessors(readAllowed(), count)
}

/** The first of a list such as `0-3,8`. */
export function firstProcessors(allowed: string, count: number): string | undefined {
  const numbers = allowed.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index)
  })
  const wanted = Math.max(1, Math.ceil(count))
  return numbers.length > wanted ? numbers.slice(0, wanted).join(',') : undefined
}

function readAllowed(): string {
  try {
    return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? ''
  } catch {
    return ''
  }
}
