/** The version of the package; a test holds it against `package.json`. Here so that `agent --version` reads no file. */
export const version = '0.1.0'
