"""What Athena asks: the environment's database, and an endpoint's tables and workgroup."""

from cdktf_cdktf_provider_aws.athena_workgroup import (
    AthenaWorkgroup,
    AthenaWorkgroupConfiguration,
    AthenaWorkgroupConfigurationResultConfiguration,
    AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration,
)
from cdktf_cdktf_provider_aws.glue_catalog_database import GlueCatalogDatabase
from cdktf_cdktf_provider_aws.glue_catalog_table import (
    GlueCatalogTable,
    GlueCatalogTablePartitionKeys,
    GlueCatalogTableStorageDescriptor,
    GlueCatalogTableStorageDescriptorColumns,
    GlueCatalogTableStorageDescriptorSerDeInfo,
)
from constructs import Construct

from infra.analysed import Analysed, database
from lake import tables
from lake.tables import Table


class Catalog(Construct):
    """The database in AWS Glue: tables that queries make for a while are in it, too."""

    def __init__(self, scope: Construct, id_: str, *, environment: str) -> None:
        super().__init__(scope, id_)
        self.database = GlueCatalogDatabase(self, "database", name=database(environment))


class AthenaAnalysis(Construct):
    """An endpoint's tables, and the workgroup in which its questions are asked.

    The workgroup's settings hold whatever a client asks for: where results go, under which key, how much is read.
    """

    def __init__(self, scope: Construct, id_: str, *, catalog: Catalog, analysed: Analysed) -> None:
        super().__init__(scope, id_)
        for name, table in analysed.tables.items():
            _table(self, name, catalog.database.name, table)
        encryption = AthenaWorkgroupConfigurationResultConfigurationEncryptionConfiguration(
            encryption_option="SSE_KMS" if analysed.key else "SSE_S3", kms_key_arn=analysed.key
        )
        AthenaWorkgroup(
            self,
            "workgroup",
            name=analysed.workgroup,
            configuration=AthenaWorkgroupConfiguration(
                enforce_workgroup_configuration=True,
                publish_cloudwatch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=analysed.limit,
                result_configuration=AthenaWorkgroupConfigurationResultConfiguration(
                    output_location=analysed.results, encryption_configuration=encryption
                ),
            ),
            # What it holds is the history of queries.
            force_destroy=True,
        )


def _table(scope: Construct, name: str, of: str, table: Table) -> None:
    columns = [
        GlueCatalogTableStorageDescriptorColumns(name=column, type=kind) for column, kind in table.columns.items()
    ]
    GlueCatalogTable(
        scope,
        name,
        name=name,
        database_name=of,
        table_type="EXTERNAL_TABLE",
        # Terraform takes ${…} for its own.
        parameters={key: value.replace("${", "$${") for key, value in table.properties.items()},
        partition_keys=[GlueCatalogTablePartitionKeys(name=column, type="string") for column in table.partitions],
        storage_descriptor=GlueCatalogTableStorageDescriptor(
            location=table.location,
            columns=columns,
            input_format=tables.INPUT,
            output_format=tables.OUTPUT,
            ser_de_info=GlueCatalogTableStorageDescriptorSerDeInfo(
                serialization_library=tables.SERDE, parameters=tables.SERDE_PROPERTIES
            ),
        ),
    )
