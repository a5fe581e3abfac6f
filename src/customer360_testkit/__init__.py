"""Fake CRMs that behave, and misbehave, as the vendors' do.

Start with :func:`customer360_testkit.fakes.registry.fake_named` (driven by hand or served on loopback) or, for
tests of an application, with :class:`customer360_testkit.sandbox.Sandbox`.
"""

from customer360_testkit.sandbox import Sandbox, SandboxedCrm

__all__ = ["Sandbox", "SandboxedCrm"]
