import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A command that GitHub's runner would carry out. */
export interface RunnerCommand {
  name: string
  properties: Readonly<Record<string, string>>
  data: string
}

const registered = new Set(
  'add-mask add-matcher add-path debug echo endgroup error group internal-set-repo-path notice remove-matcher save-state set-env set-output stop-commands warning'.split(
    ' ',
  ),
)

/**
 * What GitHub's runner would carry out of a log, as its source has it: a line that begins with `::` after white space, or has `##[` in it.
 * After `::stop-commands::` it waits for the token, and only the token, as a command.
 */
export function runnerCommands(log: string): RunnerCommand[] {
  const commands: RunnerCommand[] = []
  let stopped: string | null = null
  for (const line of log.split(/\r\n|\r|\n/)) {
    const command = parsed(line, stopped)
    if (!command) continue
    if (stopped !== null) {
      if (command.name.toLowerCase() === stopped.toLowerCase()) stopped = null
      continue
    }
    if (!registered.has(command.name.toLowerCase())) continue
    if (command.name.toLowerCase() === 'stop-commands') stopped = command.data
    commands.push(command)
  }
  if (stopped !== null) throw new Error('Commands are stopped for the rest of the step.')
  return commands
}

function parsed(line: string, token: string | null): RunnerCommand | null {
  const [, head = '', data = ''] = /^\s*::(.*?)::(.*)$/s.exec(line) ?? /##\[(.*?)\](.*)$/s.exec(line) ?? []
  if (head === '') return null
  const [, name = '', list = ''] = /^(\S*)(?:\s+(.*))?$/s.exec(head) ?? []
  if (token === null && !registered.has(name.toLowerCase())) return null
  const properties = list.split(',').flatMap((pair) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair.trim()) ?? []
    return key === undefined || value === undefined ? [] : [[key, decoded(value, true)] as const]
  })
  return { name, properties: Object.fromEntries(properties), data: decoded(data, false) }
}

function decoded(text: string, isProperty: boolean): string {
  const plain = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n')
  return (isProperty ? plain.replaceAll('%3A', ':').replaceAll('%2C', ',') : plain).replaceAll('%25', '%')
}

/** What other systems would carry out of a log: Azure Pipelines, TeamCity, GitLab. */
export function otherCommands(log: string): string[] {
  return [
    ...(log.match(/##vso\[[^\n]*/gi) ?? []),
    ...(log.match(/^\s*##teamcity\[[^\n]*/gim) ?? []),
    ...(log.match(/^(?:\p{Cc}\[[\d;]*m|\s)*section_(?:start|end):[^\n]*/gmu) ?? []),
  ]
}

const colors = new RegExp(`${String.fromCodePoint(0x1b)}\\[[\\d;]*m`, 'g')

/** What a terminal would do of a text beyond writing it line by line; colours and weights only where there are to be any. */
export function terminalActions(text: string, { color }: { color: boolean }): string[] {
  const plain = color ? text.replaceAll(colors, '') : text
  const actions = plain.match(/(?![\n\t])\p{Cc}|\p{Bidi_Control}|[\u200B\u2028\u2029\u2060\uFEFF]|[\u{E0000}-\u{E0FFF}]/gu) ?? []
  return actions.map((character) => `U+${character.codePointAt(0)?.toString(16)}`)
}

interface Micromark {
  micromark(text: string, options: { allowDangerousHtml: boolean; extensions: unknown[]; htmlExtensions: unknown[] }): string
}
type Extension = Record<string, (options?: unknown) => unknown>

// markdownlint-cli2 brings the parser along.
const besideMarkdownlint = createRequire(createRequire(import.meta.resolve('markdownlint-cli2')).resolve('markdownlint'))
const load = async (name: string): Promise<unknown> => import(pathToFileURL(besideMarkdownlint.resolve(name)).href)
const { micromark } = (await load('micromark')) as Micromark
const autolink = (await load('micromark-extension-gfm-autolink-literal')) as Extension
const footnote = (await load('micromark-extension-gfm-footnote')) as Extension
const table = (await load('micromark-extension-gfm-table')) as Extension

/** A text as GitHub's Markdown renders it before anything is taken out. */
export function rendered(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [autolink['gfmAutolinkLiteral']?.(), footnote['gfmFootnote']?.(), table['gfmTable']?.()],
    htmlExtensions: [autolink['gfmAutolinkLiteralHtml']?.(), footnote['gfmFootnoteHtml']?.(), table['gfmTableHtml']?.()],
  })
}

const text = new Set(['h2', 'h3', 'h4', 'p', 'code', 'pre', 'ul', 'ol', 'li', 'strong', 'hr', 'br'])
/** Written by us, so that a later run finds its own comments: no text of anybody else is in them. */
const marker = /<!-- agent[\w:.;=/+ -]*? -->/g

/** What a Markdown text would do or be beyond text, code and lists: tags, links, mentions, references, commands of bots. */
export function markdownActions(markdown: string): string[] {
  const html = rendered(markdown).replaceAll(marker, '')
  const tags = [...html.matchAll(/<(?:!--|\/?([A-Za-z][\w-]*))[^>]*>?/g)].filter(
    ([tag, name]) => !text.has(name ?? '') || /\s/.test(tag.replace(/^<code class="language-[\w+-]+"|^<ol start="\d+"|^<[hb]r \//, '')),
  )
  const prose = html
    .replaceAll(/<pre>[^]*?<\/pre>/g, '\n')
    .replaceAll(/<code[^>]*>[^]*?<\/code>/g, '\u2026')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
  return [
    ...tags.map(([tag]) => tag),
    ...(prose.match(/(?<![\w`])@[A-Za-z\d][^\s]*/g) ?? []),
    ...(prose.match(/(?<!\w)#\d+|\bgh-\d+|[\w.-]+\/[\w.-]+[#@][\da-f]+|\b[A-Z]{2,}-\d+/gi)?.filter((found) => !/^UTF-\d/i.test(found)) ??
      []),
    ...(prose.match(/https?:|www\.|\w@\w/gi) ?? []),
    ...(prose.match(/\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7,40}\b/g) ?? []),
    ...(prose.match(/(?<![\w.]):[a-z][\w+-]*:|\$\S/g) ?? []),
    // Bots read the raw text.
    ...(markdown.match(/^\/[A-Za-z].*/gm) ?? []),
    ...(markdown.match(/^@[\w-]+[ \t]+[A-Za-z].*/gm) ?? []),
  ]
}

/** How often a tag is in what a text renders to. */
export const countTags = (markdown: string, tag: string): number => rendered(markdown).split(`<${tag}>`).length - 1
