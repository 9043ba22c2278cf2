/** Whether text for a stream may carry colours: `--no-color` and NO_COLOR say no, FORCE_COLOR says yes, else a terminal decides that is neither dumb nor a CI log. */
export function colorEnabled(stream: { isTTY?: boolean }, environment: Readonly<Record<string, string | undefined>>, flag = true): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM, CI } = environment
  if (!flag || NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return stream.isTTY === true && TERM !== 'dumb' && (!CI || CI === 'false')
}
