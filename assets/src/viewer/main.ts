import "../shared/theme.css";
import { mount } from "svelte";
import ViewerPage from "./ViewerPage.svelte";

mount(ViewerPage, { target: document.body });
