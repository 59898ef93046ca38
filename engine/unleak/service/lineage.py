"""Which model a name stands for, and where the next version of it goes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from unleak.core.errors import LedgerError, ModelError
from unleak.ledger.ledger import Ledger
from unleak.ledger.records import SERVED
from unleak.models import embedded
from unleak.models.digest import digest_of
from unleak.service.places import Anywhere, Places
from unleak.service.registry import Registry, slug
from unleak.service.settings import EngineSettings

EMBEDDED: Final = "demo"


@dataclass(frozen=True, slots=True)
class Base:
    """What a job works on.

    name: of the model in the registry. spec: what to load, as `unleak.models.load` takes it; ""
    where it is the version in use when the job begins.
    """

    name: str
    spec: str = ""


class Lineage:
    """The models that the ledger, the registry and the settings know."""

    def __init__(self, ledger: Ledger, registry: Registry, settings: EngineSettings) -> None:
        self._ledger = ledger
        self._registry = registry
        self._settings = settings

    def named(self) -> list[Path]:
        """Paths of models that are known, which a request may therefore name."""
        known = [Path(m.path) for m in self._ledger.models() if m.path]
        return [*self._settings.models.values(), *known]

    def places(self) -> Places:
        """Where requests from outside may reach."""
        return Places([self._registry.root, *self._settings.roots], self.named())

    def asked(self, text: str, places: Places) -> Base:
        """The model that a request names: a name, a digest, or a path.

        Raises:
            UsageError: there is none, or it lies outside of the places.
        """
        if text == EMBEDDED:
            return Base(EMBEDDED, EMBEDDED)
        if Path(text).is_absolute():
            path = places.check(text, "model")
            return Base(self._name_of(str(path)), str(path))
        if text in self._settings.models or self._registry.current(_slug(text)):
            return Base(text)
        try:
            return self.of(self._ledger.model(text).digest)
        except LedgerError:
            if isinstance(places, Anywhere) and text.count("/") == 1:
                return Base(text.rpartition("/")[2], text)  # a hub id
            raise ModelError(
                "no such model; give its folder, or link the name: unleak models link NAME PATH"
            ) from None

    def of(self, digest: str, *, newest: bool = False) -> Base:
        """The model of a digest; newest: the version in use, if that was made of it.

        Raises:
            ModelError: where it lies is not known.
        """
        if digest.startswith(SERVED):
            digest = self._behind(digest.removeprefix(SERVED))
        model = self._ledger.model(digest)
        spec = model.path or model.name
        is_here = spec == EMBEDDED or Path(spec).exists()
        name = self._name_of(spec)
        if (newest or not is_here) and self._descends(name, digest):
            return Base(name)
        if not is_here:
            raise ModelError(
                f"model {digest[:12]} ({model.name}): its folder is not known, or gone; say where "
                f"it is: unleak models link {model.name} PATH"
            )
        return Base(name, spec)

    def spec(self, base: Base) -> str:
        """What to load now.

        Raises:
            ModelError: there is nothing.
        """
        if base.spec:
            return base.spec
        if current := self._registry.current(_slug(base.name)):
            return str(current)
        if base.name in self._settings.models:
            return str(self._settings.models[base.name])
        if base.name == EMBEDDED:
            return EMBEDDED
        raise ModelError(f"{base.name}: no version of it is in use; `unleak models use` sets one")

    def link(self, name: str, path: Path) -> str:
        """Say which model is behind a name that a server uses; its digest.

        Raises:
            ModelError: there is no model.
        """
        if not ((path / "config.json").is_file() or (path.is_file() and path.suffix == ".gguf")):
            raise ModelError(f"{name}: that is neither a model's folder nor a GGUF file")
        digest = digest_of(path)
        self._ledger.add_model(digest, name, path=str(path))
        self._ledger.link(name, digest)
        return digest

    def _behind(self, name: str) -> str:
        known = {model.digest: model for model in self._ledger.models()}
        served = known.get(SERVED + name)
        if served is not None and served.linked:
            return served.linked
        if name == EMBEDDED:
            digest = digest_of(Path(embedded.__file__).parent)
            self._ledger.add_model(digest, EMBEDDED)
            self._ledger.link(EMBEDDED, digest)
            return digest
        if name in self._settings.models:
            return self.link(name, self._settings.models[name])
        called = name or "the model"
        raise ModelError(
            f"{called} is known only by what its server calls it; say where it lies: "
            f"unleak models link {name or 'NAME'} PATH"
        )

    def _name_of(self, spec: str) -> str:
        """A name for the versions that are made of a model: always the same for the same path."""
        if spec == EMBEDDED:
            return EMBEDDED
        path = Path(spec)
        if self._registry.owns(path):
            return path.parent.name
        for name, configured in self._settings.models.items():
            if configured == path:
                return name
        name = _slug(path.stem if path.suffix == ".gguf" else path.name)
        others = [m.path for m in self._ledger.models() if m.path and m.path != spec]
        if any(_slug(Path(other).name) == name and not self._registry.owns(Path(other))
               for other in others):  # fmt: skip
            # Two folders of the same name are two models.
            return f"{name}-{hashlib.sha256(spec.encode()).hexdigest()[:6]}"
        return name

    def _descends(self, name: str, digest: str) -> bool:
        """Whether the version in use was made of a model."""
        current = self._registry.current(name)
        made = [v.digest for v in self._registry.versions() if v.path == current]
        return any(model.digest == digest for one in made for model in self._ledger.lineage(one))


def _slug(name: str) -> str:
    try:
        return slug(name)
    except ModelError:
        return "model"
