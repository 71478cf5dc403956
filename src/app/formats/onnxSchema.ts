// The ONNX messages that a network without control flow needs, with the field numbers of
// onnx.proto. protobufjs generates an encoder from them. Source:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import protobuf from 'protobufjs';

const SCHEMA = `
  syntax = "proto2";
  package onnx;

  message ModelProto {
    optional int64 ir_version = 1;
    optional string producer_name = 2;
    optional string doc_string = 6;
    optional GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
    repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    optional string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto {
    enum AttributeType { UNDEFINED = 0; FLOAT = 1; INT = 2; STRING = 3; INTS = 7; }
    optional string name = 1;
    optional float f = 2;
    optional int64 i = 3;
    optional bytes s = 4;
    repeated int64 ints = 8;
    optional AttributeType type = 20;
  }
  message TensorProto {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
    optional string name = 8;
    optional bytes raw_data = 9;
  }
  message ValueInfoProto {
    optional string name = 1;
    optional TypeProto type = 2;
    optional string doc_string = 3;
  }
  message TypeProto {
    message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
    optional Tensor tensor_type = 1;
  }
  message TensorShapeProto {
    message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
    repeated Dimension dim = 1;
  }
`;

/** Encodes and decodes a whole ONNX file. */
export const ModelProto = protobuf
  .parse(SCHEMA, { keepCase: true })
  .root.lookupType('onnx.ModelProto');

/** TensorProto.DataType. */
export const FLOAT32 = 1;
export const INT64 = 7;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;
