using Parley.Server.Connections.Frames;

namespace Parley.Server.Projects;

/// <summary>A connection in a project.</summary>
internal interface IProjectConnection : IFrameConnection
{
    ProjectState Project { get; }
}
