// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Programs the tests build by path, named here so that go.sum is whole.
package cluster

import (
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
