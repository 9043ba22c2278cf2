/** What `agent explain` was asked about, before anybody has looked whether it exists. */
export type ExplainTarget =
  | { kind: 'path'; path: string; startLine: number | null; endLine: number | null }
  | { kind: 'range'; from: string; to: string }
  | { kind: 'finding'; id: string }

/** `path`, `path:line`, `path:from-to`, `a..b`, or the id of a finding. A file that exists wins over every other reading. */
export function parseExplainTarget(text: string, isFile: (path: string) => boolean): ExplainTarget {
  const whole = { kind: 'path', path: text, startLine: null, endLine: null } as const
  if (isFile(text)) return whole
  const [, path, start, end] = /^(.+?):(\d{1,9})(?:(?:-|:)(\d{1,9}))?$/.exec(text) ?? []
  if (path !== undefined && start !== undefined && Number(start) > 0) {
    const startLine = Number(start)
    // `path:line:column`, as compilers print it, is a line too.
    const isRange = text.endsWith(`-${end}`) && Number(end) >= startLine
    return { kind: 'path', path, startLine, endLine: isRange ? Number(end) : startLine }
  }
  const [, from, to] = /^([^\s].*?)\.\.\.?(.+)$/.exec(text) ?? []
  if (from !== undefined && to !== undefined && !text.includes('../')) return { kind: 'range', from, to }
  if (/^[0-9a-f]{10}(?:-\d+)?$|^[0-9a-f]{32}$/.test(text)) return { kind: 'finding', id: text }
  return whole
}
