"""What stands before a release: blue, perhaps a green of an earlier release, and who of them serves users."""

from dataclasses import dataclass
from typing import Self

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.aws.record import Record
from lambdas.checks import require
from lambdas.deployment import BLUE_TAG


@dataclass(frozen=True)
class Standing:
    """Both environments as Plan found them."""

    blue: Environment
    green: Environment | None
    production_cname: str
    config_template: str | None
    """The saved configuration that green was made from."""

    @classmethod
    def look(
        cls, application: str, blue_name: str, green_name: str, record: Record | None, beanstalk: Beanstalk
    ) -> Self:
        """Raises ReleaseRefusedError when blue is not there, green is no clone of it, or the record says otherwise."""
        named = {each.name: each for each in beanstalk.environments(blue_name, green_name) if not each.gone}
        blue, green = named.get(blue_name), named.get(green_name)
        blue = require(
            blue if blue and blue.application == application else None,
            expected=f"an environment named {blue_name} in the application {application}",
            found=f"it in {blue.application}" if blue else "none",
        )
        # Alone, blue holds the CNAME that users know.
        standing = cls.pair(blue, green, beanstalk) if green else cls(blue, None, blue.cname, None)
        if record and record.production_cname != standing.production_cname:
            _refuse_contradiction(record, standing, beanstalk)
        return standing

    @classmethod
    def pair(cls, blue: Environment, green: Environment, beanstalk: Beanstalk) -> Self:
        """What green's tags say of the two. Raises ReleaseRefusedError."""
        tags = beanstalk.tags(green)
        production = tags.get("bluegreen:production-cname", "")
        require(
            tags.get(BLUE_TAG) == blue.name and green.application == blue.application,
            expected=f"{green.name} to be a clone that this tool made of {blue.name}",
            found=f"an environment of {green.application} with the tags {tags}",
            remedy="Choose another name for `green`, or remove that environment",
        )
        require(
            production in {blue.cname, green.cname},
            expected=f"{blue.name} or {green.name} to hold the production CNAME {production}",
            found=f"{blue.cname} and {green.cname}",
            remedy="Give the production CNAME back to one of the two",
        )
        return cls(blue, green, production, tags.get("bluegreen:config-template"))

    @property
    def live(self) -> Environment:
        """The environment that serves users."""
        return self.green if self.green and self.green.cname == self.production_cname else self.blue


def _refuse_contradiction(record: Record, standing: Standing, beanstalk: Beanstalk) -> None:
    """What stands is believed; but somebody acted in between, so a person has to say which is right."""
    holders = [
        each.name
        for each in beanstalk.environments_of(standing.blue.application)
        if each.cname == record.production_cname and not each.gone
    ]
    wrong_green = holders and holders != [standing.blue.name]
    require(
        None,
        expected=f"the production CNAME of {standing.blue.name} to be {record.production_cname}, as its record says",
        found=f"{standing.blue.name} at {standing.blue.cname}, and {record.production_cname} at "
        f"{', '.join(holders) or 'no environment of the application'}",
        remedy=f"Name {holders[0]} as `green`, or give {standing.blue.name} its CNAME back"
        if wrong_green
        else f"Give {standing.blue.name} that CNAME back, or delete the record if the present one is right",
    )
