"""Writes and reads encrypted Parquet files with pyarrow, for the tests of encryption.

    encrypted_parquet.py read FILE...     prints {"FILE": {"rows", "columns", "nulls", "hash"} or {"error"}} as JSON
    encrypted_parquet.py write FOLDER     writes one file for each way to encrypt, prints their names and descriptions

Settings are in a file's name, parts joined by dots: uniform or columns; gcm or ctr; encrypted or plain (footer);
k16, k24 or k32; none, stored or supplied (AAD prefix "acme/raw/orders"). The keys are those of `KEYS`, public on purpose.
Files with column keys go through pyarrow's key management, so the keys' metadata must be key material in its form, which
here wraps a key by naming it.
"""

import base64
import json
import os
import sys

import canon
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

KEYS = {"k16": b"0123456789abcdef", "k24": b"0123456789abcdef01234567", "k32": b"0123456789abcdef0123456789abcdef"}
PREFIX = b"acme/raw/orders"


class Keeper(pe.KmsClient):
    """Wraps a key by writing it backwards behind the name of its master key."""

    def __init__(self, configuration):
        super().__init__()

    def wrap_key(self, key_bytes, master_key_identifier):
        return base64.b64encode(master_key_identifier.encode() + b":" + key_bytes[::-1])

    def unwrap_key(self, wrapped_key, master_key_identifier):
        name, key = base64.b64decode(wrapped_key).split(b":", 1)
        if name != master_key_identifier.encode():
            raise ValueError("another master key")
        return key[::-1]


def table():
    return pa.table({
        "id": pa.array(range(3000), pa.int64()),
        "name": pa.array([None if i % 7 == 0 else f"name {i % 50}" for i in range(3000)]),
        "price": pa.array([None if i % 5 == 0 else i * 0.25 for i in range(3000)], pa.float64()),
        "tags": pa.array([[f"t{j}" for j in range(i % 4)] if i % 9 else None for i in range(3000)],
                         pa.list_(pa.string())),
    })


def settings(path):
    return os.path.basename(path).split(".")[:5]


def properties(path):
    keys, cipher, footer, key, prefix = settings(path)
    if keys == "uniform":
        return pe.create_encryption_properties(
            KEYS[key], aad_prefix=None if prefix == "none" else PREFIX, store_aad_prefix=prefix == "stored",
            encryption_algorithm="AES_GCM_CTR_V1" if cipher == "ctr" else "AES_GCM_V1", plaintext_footer=footer == "plain")
    configuration = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"first": ["name"], "second": ["price", "tags.list.element"]},
        encryption_algorithm="AES_GCM_CTR_V1" if cipher == "ctr" else "AES_GCM_V1", plaintext_footer=footer == "plain",
        data_key_length_bits=int(key[1:]) * 8, double_wrapping=False, internal_key_material=True)
    return pe.CryptoFactory(Keeper).file_encryption_properties(pe.KmsConnectionConfig(), configuration)


def decryption(path):
    keys, _, _, key, prefix = settings(path)
    if keys == "uniform":
        return pe.create_decryption_properties(KEYS[key], aad_prefix=PREFIX if prefix == "supplied" else None)
    return pe.CryptoFactory(Keeper).file_decryption_properties(pe.KmsConnectionConfig())


def describe(path):
    with pq.ParquetFile(path, decryption_properties=decryption(path), page_checksum_verification=True) as file:
        description = canon.Description(file.schema_arrow.names)
        for batch in file.iter_batches(batch_size=1000):
            for row in zip(*(column.to_pylist() for column in batch.columns)):
                description.add(row)
        return description.answer()


def names():
    for cipher in ("gcm", "ctr"):
        for footer in ("encrypted", "plain"):
            for key in KEYS:
                for prefix in ("none", "stored", "supplied"):
                    yield f"uniform.{cipher}.{footer}.{key}.{prefix}.parquet"
                yield f"columns.{cipher}.{footer}.{key}.none.parquet"


def write(folder):
    for name in names():
        path = os.path.join(folder, name)
        pq.write_table(
            table(), path, encryption_properties=properties(path), row_group_size=1100, data_page_size=2000,
            compression="zstd", write_page_checksum=True, write_page_index=True,
            data_page_version="2.0" if "k24" in name else "1.0", store_schema=False)
    return list(names())


def main(verb, paths):
    if verb == "write":
        answer = write(paths[0])
    else:
        answer = {os.path.basename(path): canon.attempt(describe, path) for path in paths}
    json.dump(answer, sys.stdout)
    print()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
