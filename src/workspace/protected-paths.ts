/** Names that a tool may not use, matched against a path in lower case, and the end of the sentence that says why. */
interface ProtectedNames {
  names: RegExp
  reason: string
}

const secret = 'may hold keys or passwords, which no tool may read or write.'

/** What would hand a secret to a model, or be believed by git. */
export const protectedFromReading: readonly ProtectedNames[] = [
  { names: /(^|\/)\.git(\/|$)/, reason: "belongs to git's own directory, which no tool may touch." },
  // Examples are made to be read; everything else of this name is what they are examples of.
  { names: /(^|\/)\.env(\.(?!(.*\.)?(example|sample|template|dist|schema)$)[^/]*)?$/, reason: secret },
  { names: /(^|\/)(\.envrc|\.flaskenv|(?!(.*[._-])?(example|sample|template|dist)\.env$)[^/]+\.env)$/, reason: secret },
  { names: /(^|\/)(id|ssh_host)_(rsa|dsa|ecdsa|ed25519|xmss)(_sk|_key)?(\.(?!pub$)[^/]*)?$/, reason: secret },
  { names: /\.(pem|key|p8|p12|pfx|pkcs12|jks|bks|keystore|ppk|kdbx?|keytab|ovpn|tfstate|tfstate\.backup)$/, reason: secret },
  {
    names:
      /(^|\/)(\.npmrc|\.pypirc|[._]netrc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf|\.dockercfg|\.vault-token|\.s3cfg|\.boto|\.databrickscfg|\.terraformrc)$/,
    reason: secret,
  },
  { names: /(^|\/)\.(ssh|gnupg|aws|azure|kube|gcloud)(\/|$)/, reason: secret },
  {
    names:
      /(^|\/)(\.docker\/config\.json|\.m2\/settings(-security)?\.xml|\.(gem|cargo)\/credentials(\.toml)?|\.config\/(gcloud|gh|hub)(\/.*)?)$/,
    reason: secret,
  },
  { names: /(^|\/)((client_|gcp-?|google-?)?(credentials?|service[-_]?account[^/]*)\.json|secrets?\.(json|ya?ml|toml))$/, reason: secret },
]

const byUser = 'A tool may read it; only the user changes it.'
const ownSettings = `says how git treats this repository. ${byUser}`
const hook = `runs programs on the machine of whoever commits. ${byUser}`
const ci = `says what runs in CI, with its secrets. ${byUser}`
const ours = `configures this agent. ${byUser}`
const editor = `makes an editor run programs. ${byUser}`

/** What would run, or loosen the rules, once a patch is applied. */
export const protectedFromWriting: readonly ProtectedNames[] = [
  { names: /(^|\/)\.git(modules|attributes)$/, reason: ownSettings },
  { names: /(^|\/)(\.husky|\.git-?hooks|\.lefthook)(\/|$)/, reason: hook },
  {
    names: /(^|\/)(\.?lefthook(-local)?\.(ya?ml|toml|json)|\.pre-commit-(config|hooks)\.ya?ml|\.overcommit\.yml|captainhook\.json)$/,
    reason: hook,
  },
  { names: /(^|\/)\.(github|gitea|forgejo)\/(workflows|actions)(\/|$)/, reason: ci },
  { names: /^action\.ya?ml$/, reason: ci },
  {
    names: /(^|\/)(\.circleci|\.buildkite|\.woodpecker|\.semaphore|\.teamcity|\.tekton|\.azure-pipelines|\.gitlab-ci|\.gitlab\/ci)(\/|$)/,
    reason: ci,
  },
  {
    names:
      /(^|\/)(jenkinsfile[^/]*|\.?gitlab-ci[^/]*\.ya?ml|azure-pipelines[^/]*\.ya?ml|bitbucket-pipelines\.ya?ml|\.?(travis|appveyor|drone|woodpecker|cirrus)\.(ya?ml|star|jsonnet)|(cloudbuild|buildspec)\.ya?ml)$/,
    reason: ci,
  },
  { names: /(^|\/)node_modules(\/|$)/, reason: 'holds installed packages, which only their installer changes.' },
  { names: /(^|\/)codeowners$/, reason: `says who must approve a change. ${byUser}` },
  { names: /(^|\/)(agent\.config\.[^/]*|\.agentrc[^/]*|\.agentignore)$/, reason: ours },
  { names: /(^|\/)\.agent(\/|$)/, reason: ours },
  { names: /(^|\/)\.vscode\/(tasks|settings|launch|extensions)\.json$/, reason: editor },
  { names: /(^|\/)(\.idea|\.devcontainer|\.fleet|\.zed)(\/|$)/, reason: editor },
  { names: /(^|\/)(\.devcontainer\.json|[^/]+\.code-workspace)$/, reason: editor },
]
