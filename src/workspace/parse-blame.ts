/** What `git blame --porcelain` says, one line each: commit, date, author, number and text. */
export function parseBlame(porcelain: string): string {
  const commits = new Map<string, { author: string; date: string }>()
  const lines: string[] = []
  let id = ''
  let number = ''
  for (const line of porcelain.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(line)
    if (line.startsWith('\t')) lines.push(blamed(commits.get(id), { id, number, text: line.slice(1) }))
    else if (head) [, id = '', number = ''] = head
    else remember(commits, id, line)
  }
  return lines.join('\n')
}

function remember(commits: Map<string, { author: string; date: string }>, id: string, line: string): void {
  const [, key, value = ''] = /^(author|author-time) (.*)$/.exec(line) ?? []
  if (!key) return
  const commit = commits.get(id) ?? { author: '', date: '' }
  commits.set(
    id,
    key === 'author' ? { ...commit, author: value } : { ...commit, date: new Date(Number(value) * 1000).toISOString().slice(0, 10) },
  )
}

function blamed(
  commit: { author: string; date: string } | undefined,
  { id, number, text }: { id: string; number: string; text: string },
): string {
  const who = /^0+$/.test(id) ? 'not committed yet' : `${id.slice(0, 8)} ${commit?.date} ${commit?.author}`
  return `${who} ${number}| ${text}`
}
