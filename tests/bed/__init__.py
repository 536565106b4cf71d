# SPDX-License-Identifier: Apache-2.0
"""The test bed: what end-to-end, fault and bench tests stand on.

control.py     starts and stops a real control plane
api.py         talks to it without kubectl
program.py     runs gitops, measures it, and looks for leaked secrets
repository.py  makes git repositories
proxy.py       stands between gitops and the API server and makes trouble
objects.py     manifests that several suites use
"""
