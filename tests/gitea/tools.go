// SPDX-License-Identifier: Apache-2.0

//go:build tools

// A program the tests build by path, named here so that go.sum is whole.
package gitea

import _ "code.gitea.io/gitea"
