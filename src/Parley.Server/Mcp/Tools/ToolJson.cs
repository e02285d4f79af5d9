using System.Text.Json.Serialization;

namespace Parley.Server.Mcp.Tools;

/// <summary>JSON of the plain values that tools put into requests.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
internal sealed partial class ToolJson : JsonSerializerContext;
