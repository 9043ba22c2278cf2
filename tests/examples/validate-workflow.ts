import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'

type Metadata = { name: string; description: string; inputs: Record<string, { description: string; required?: boolean }> }

const root = join(import.meta.dirname, '../..')

/** GitHub's packages import JSON as bundlers let them; Node wants to be told that it is JSON. */
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    return resolved.url.endsWith('.json') ? { ...resolved, format: 'json', importAttributes: { type: 'json' } } : resolved
  },
})
const { registerLogger, validate } = await import('@actions/languageservice')
const { NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser')

type Document = Parameters<typeof validate>[0]
/** The service takes documents of a package that it brings along. */
const { TextDocument } = createRequire(import.meta.resolve('@actions/languageservice'))('vscode-languageserver-textdocument') as {
  TextDocument: { create(uri: string, language: string, version: number, text: string): Document }
}

/** What the service could not do: it logs such errors and finds nothing. */
const failures: string[] = []
const failed = (message: string) => void failures.push(message)
registerLogger({ error: failed, warn: failed, info: () => {}, log: () => {} })

/** The service remembers a document by its address. */
let documents = 0

/** The inputs of the actions that are used, at the commits that they are pinned to. */
const inputsOf: Readonly<Record<string, readonly string[]>> = {
  'actions/checkout': ['ref', 'fetch-depth', 'persist-credentials'],
  'actions/setup-node': ['node-version', 'package-manager-cache', 'registry-url'],
  'actions/upload-artifact': ['name', 'path', 'if-no-files-found', 'retention-days'],
  'actions/download-artifact': ['name', 'pattern', 'path', 'run-id', 'github-token'],
  'github/codeql-action/upload-sarif': ['sarif_file', 'category'],
}

function metadataOf(name: string): Metadata | undefined {
  if (name.endsWith('/coding-agent')) return parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Metadata
  const inputs = inputsOf[name]?.map((input) => [input, { description: '' }] as const)
  return inputs && { name, description: '', inputs: Object.fromEntries(inputs) }
}

/** What GitHub's own language service has to say about a workflow or an action.yml, errors and warnings alike. */
export async function complaintsAbout(path: string, text: string): Promise<string[]> {
  const document = TextDocument.create(pathToFileURL(join(root, String(documents++), path)).href, 'yaml', 1, text)
  failures.length = 0
  const diagnostics = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ owner, name, path: folder }) => metadataOf([owner, name, folder].filter(Boolean).join('/')),
    },
    fileProvider: {
      getFileContent: async ({ path: file }) => ({ name: file, content: readFileSync(join(root, file), 'utf8') }),
    },
  })
  return [
    ...failures,
    ...parseErrors(path, text),
    ...diagnostics.map(({ message, range }) => `${path}:${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`),
  ]
}

/** What the parser that GitHub itself uses does not take for a workflow. */
function parseErrors(path: string, text: string): string[] {
  if (path === 'action.yml') return []
  const { context } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter())
  return context.errors.getErrors().map(({ message }) => `${path}: ${message}`)
}
