"""Metadata: versions, objects, fields, limits (contract section 3)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce import times
from customer360_testkit.fakes.salesforce.errors import not_found
from customer360_testkit.fakes.salesforce.fields import Field, SObject
from customer360_testkit.fakes.salesforce.stock_parts import MASTER_TYPE

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

OLDEST, NEWEST = 31, 66
_SEASONS = ("Spring", "Summer", "Winter")
_SOAP = {"id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "date": "xsd:date"}
_SOAP |= {"double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double", "datetime": "xsd:dateTime"}
_SOAP |= {"address": "urn:address", "base64": "xsd:base64Binary"}


class Describing:
    """The endpoints that tell what there is."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/services/data", self.versions)
        yield Route("GET", "/services/data/{v}", self.resources)
        yield Route("GET", "/services/data/{v}/limits", self.limits)
        yield Route("GET", "/services/data/{v}/sobjects", self.objects)
        yield Route("GET", "/services/data/{v}/sobjects/{object}", self.object_info)
        yield Route("GET", "/services/data/{v}/sobjects/{object}/describe", self.describe)
        picklists = "/services/data/{v}/ui-api/object-info/{object}/picklist-values/{type}"
        yield Route("GET", picklists, self.picklists)

    def versions(self, call: Call) -> WireAnswer:
        return json_answer(
            200,
            [
                {"label": label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
                for number in range(OLDEST, NEWEST + 1)
            ],
        )

    def resources(self, call: Call) -> WireAnswer:
        base = f"/services/data/{call.params['v']}"
        names = ("sobjects", "query", "queryAll", "search", "parameterizedSearch", "limits", "composite")
        return json_answer(200, {name: f"{base}/{name}" for name in names})

    def limits(self, call: Call) -> WireAnswer:
        guard = self._fake.guard
        daily = {"Max": guard.quota, "Remaining": max(0, guard.quota - guard.used)}
        return json_answer(200, {"DailyApiRequests": daily})

    def objects(self, call: Call) -> WireAnswer:
        fake = self._fake
        found = [
            self.overview(call, place)
            for name in sorted(fake.schema.objects)
            if (place := fake.seen(call, name)) is not None
        ]
        return json_answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found})

    def object_info(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        return json_answer(200, {"objectDescribe": self.overview(call, place), "recentItems": []})

    def describe(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        changed = self._fake.schema.changed_at[place.name]
        since = times.from_http_date(call.header("if-modified-since") or "")
        told = (("last-modified", times.http_date(changed)),)
        if since is not None and changed <= since:
            return WireAnswer(304, told)
        answer = json_answer(200, self.described(call, place), told)
        tag = f'"{zlib.crc32(answer.content):08x}"'
        return WireAnswer(200, (*answer.headers, ("etag", tag)), answer.content)

    def picklists(self, call: Call) -> WireAnswer:
        """Of one record type; here all have the same values."""
        place = self._fake.place(call)
        known = {MASTER_TYPE, *(each.id for each in place.record_types)}
        if call.params["type"] not in known:
            raise not_found()
        told: dict[str, Any] = {
            field.name: {"controllerValues": {}, "defaultValue": None, "values": picklist(field)}
            for field in place.fields.values()
            if field.values and field.type != "combobox"
        }
        return json_answer(200, {"picklistFieldValues": told})

    # --- shapes ------------------------------------------------------------------------------------------------

    def overview(self, call: Call, place: SObject) -> dict[str, Any]:
        base = f"/services/data/{call.params['v']}/sobjects/{place.name}"
        rights = (("createable", "create"), ("updateable", "update"), ("deletable", "delete"))
        allows = self._fake.guard.allows
        flags = {**place.flags, **{flag: False for flag, right in rights if not allows(call, place.name, right)}}
        return {
            "activateable": False,
            "createable": flags["createable"],
            "custom": place.custom,
            "customSetting": False,
            "deletable": flags["deletable"],
            "deprecatedAndHidden": False,
            "feedEnabled": False,
            "hasSubtypes": False,
            "isSubtype": False,
            "keyPrefix": place.prefix,
            "label": place.label,
            "labelPlural": place.plural,
            "layoutable": flags["layoutable"],
            "mergeable": place.name in ("Account", "Contact", "Lead"),
            "mruEnabled": flags["layoutable"],
            "name": place.name,
            "queryable": flags["queryable"],
            "replicateable": place.prefix is not None,
            "retrieveable": flags["queryable"],
            "searchable": flags["searchable"],
            "triggerable": flags["createable"],
            "undeletable": flags["deletable"],
            "updateable": flags["updateable"],
            "urls": {
                "describe": f"{base}/describe",
                "layouts": f"{base}/describe/layouts",
                "rowTemplate": f"{base}/{{ID}}",
                "sobject": base,
            },
        }

    def described(self, call: Call, place: SObject) -> dict[str, Any]:
        told = self.overview(call, place)
        instance = self._fake.instance_url
        told["urls"] |= {
            "uiDetailTemplate": f"{instance}/{{ID}}",
            "uiEditTemplate": f"{instance}/{{ID}}/e",
            "uiNewRecord": f"{instance}/{place.prefix}/e",
        }
        master = {
            "recordTypeId": MASTER_TYPE,
            "name": "Master",
            "developerName": "Master",
            "master": True,
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": not place.record_types,
        }
        types = [
            {
                **master,
                "recordTypeId": each.id,
                "name": each.name,
                "developerName": each.name,
                "master": False,
                "defaultRecordTypeMapping": each.default,
            }
            for each in place.record_types
        ]
        told["recordTypeInfos"] = [*types, master]
        told["childRelationships"] = [
            {
                "cascadeDelete": child.cascade,
                "childSObject": child.object,
                "deprecatedAndHidden": False,
                "field": child.field,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": child.name,
                "restrictedDelete": False,
            }
            for child in place.children
        ]
        told["fields"] = [described_field(field) for field in place.fields.values()]
        return told


def label(number: int) -> str:
    """Three releases a year: 60.0 is Spring '24, 62.0 is Winter '25."""
    year, season = divmod(number - 60, 3)
    return f"{_SEASONS[season]} '{24 + year + (season == 2):02d}"


def picklist(field: Field) -> list[dict[str, Any]]:
    return [
        {
            "active": True,
            "defaultValue": value == field.default,
            "label": field.labels.get(value, value),
            "value": value,
            "validFor": None,
        }
        for value in field.values
    ]


def described_field(field: Field) -> dict[str, Any]:
    """One field of describe."""
    spelled = "".join(f" {one}" if one.isupper() and at else one for at, one in enumerate(field.name))
    return {
        "autoNumber": field.auto_number,
        "byteLength": field.length * 3,
        "calculated": field.calculated,
        "caseSensitive": False,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default if field.type == "boolean" else None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": None,
        "filterable": field.filterable,
        "groupable": field.groupable,
        "htmlFormatted": False,
        "idLookup": field.id_lookup or field.external_id,
        "inlineHelpText": None,
        "label": field.label or spelled,
        "length": field.length,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": field.polymorphic,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.createable,
        "picklistValues": picklist(field),
        "polymorphicForeignKey": field.polymorphic,
        "precision": field.precision,
        "referenceTo": list(field.targets),
        "relationshipName": field.relationship,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
    }
