#!/bin/sh
# Start Node.js for jsii with another home folder; the Makefile names this file in JSII_NODE.
# aws-cdk-lib keeps fingerprints of assets in ~/.cdk and reads no variable (core/lib/fs/fingerprint-disk-cache.js).
HOME="${CDK_HOME:?Set CDK_HOME to a folder for caches.}" exec node "$@"
