"""Faults that take more than one call, or that are not the CRM's, through the whole stack, at each CRM."""

from __future__ import annotations

from typing import Any

import pytest
from tests.faults.scenes import Scene
from tests.faults.stack import CRMS, Face, Fakes
from tests.faults.table import SCENES


def cases() -> list[Any]:
    """Each scene at each CRM on each face where it can happen, marked with its fault and the promise that it shows."""
    return [
        pytest.param(
            scene,
            crm,
            face,
            id=f"{scene.id}-{crm}-{face}",
            marks=[
                pytest.mark.fault(scene.fault),
                pytest.mark.promise(scene.promise),
                *([] if _is_fast(scene, crm, face) else [pytest.mark.slow]),
            ],
        )
        for scene in SCENES
        for crm in CRMS
        for face in scene.faces
    ]


def _is_fast(scene: Scene, crm: str, face: Face) -> bool:
    """Once, at the CRM of its face; what waits only if it is of that face alone."""
    return (crm, face) == (("zoho", "blocking") if "blocking" in scene.faces else ("microsoft365", "asyncio"))


@pytest.mark.parametrize(("scene", "crm", "face"), cases())
def test_scene(fakes: Fakes, scene: Scene, crm: str, face: Face) -> None:
    """What the table says, and what the scene itself holds to."""
    assert scene.play(*fakes[crm], face) == scene.expected(crm)
