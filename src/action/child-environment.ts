type Environment = Readonly<Record<string, string | undefined>>

/** Tokens, and the files through which a program would set variables, outputs and paths of the steps that follow. */
const withheld = /^(?:INPUT_.*|ACTIONS_.*|(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN|GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY))$/i

/** What the command, and with it git, linters and tests, may see of the environment of the job. */
export function childEnvironment(
  environment: Environment,
  { trusted, apiKey }: { trusted: string | null; apiKey: string | undefined },
): Record<string, string> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || withheld.test(name) ? [] : [[name, value] as const],
  )
  return {
    ...Object.fromEntries(kept),
    // Says to the command whose configuration and rules count.
    GITHUB_BASE_REF: trusted ?? '',
    ...(trusted !== null && { GITHUB_ACTIONS: 'true' }),
    ...(apiKey !== undefined && { AGENT_API_KEY: apiKey }),
  }
}

/** Takes out of the environment of this process what no process that it starts may inherit. */
export function forgetSecrets(environment: Record<string, string | undefined>): void {
  for (const name of Object.keys(environment))
    if (/^(?:INPUT_.*|ACTIONS_.*TOKEN|(?:GITHUB|GH)(?:_ENTERPRISE)?_TOKEN)$/i.test(name)) delete environment[name]
}
