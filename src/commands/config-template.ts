import type { DetectedProject } from './detect-project.ts'

/** The file that `agent init` writes: what a team decides first stands there, the rest is a comment with its default. */
export function configTemplate({ linters, testRunner, builtFolders, hasPackage }: DetectedProject): string {
  const exclude = ['**/*.generated.*', ...builtFolders.map((folder) => `${folder}/**`)]
  return `${hasPackage ? '# yaml-language-server: $schema=node_modules/coding-agent/schema/config.schema.json\n' : ''}# Configuration of agent for this repository.
# What is commented out shows its default. \`agent config explain <key>\` tells what a key means,
# \`agent config show\` what holds and where it comes from.

review:
  failOn: error          # note, warning, error or never: what ends a review with exit code 1
  # minConfidence: 0     # suppress findings of the model that are less certain, 0 to 1
  # maxTime: 5m          # when a review stops asking and reports what it has
  # linters: true        # ${found('linters', linters)}
  # checks:              # a severity, or off
  #   focused-tests: error
  #   maintainability: warning

# The team's own rules: plain Markdown, given to the model with every file they are for.
rules:
  - .agent/rules/*.md

# Files that are not reviewed, relative to the root of the repository.
exclude:
${exclude.map((glob) => `  - ${JSON.stringify(glob)}\n`).join('')}
# Overrides for some files; where several match, the last one wins.
# paths:
#   - match: legacy/**
#     review: { failOn: never }

# fix:
#   testCommand: null    # ${found('tests', testRunner === undefined ? [] : [testRunner])}

# engine:
#   use: auto            # auto, local, endpoint, daemon or none
#   baseUrl: null        # an OpenAI-compatible server on this machine; any other each user names: AGENT_BASE_URL
#   model: null
`
}

function found(kind: string, names: readonly string[]): string {
  return names.length === 0 ? `no ${kind} were found here` : `found here: ${names.join(', ')}`
}
